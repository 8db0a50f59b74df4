"""All wiring, by concern: `models` and `context` (what the settings name), `use_cases`, `readiness`, and `process`, which puts a whole process together."""
