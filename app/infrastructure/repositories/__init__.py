"""The domain's repositories on Postgres. SQL stands here, one statement a question; nothing above sees a row or a session."""
