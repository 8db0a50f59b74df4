"""All use cases over one set of adapters. Called by `process.py`."""

from uuid_utils.compat import uuid7

from app.application.chat.cancel_run import CancelRun
from app.application.chat.change_thread import DeleteThread, RenameThread
from app.application.chat.create_thread import CreateThread
from app.application.chat.create_user import CreateUser
from app.application.chat.follow_run import FollowRun
from app.application.chat.follow_thread import FollowThread
from app.application.chat.post_message_create_run import PostMessageCreateRun, RegenerateRun
from app.application.chat.read_run import ReadRun
from app.application.chat.read_thread import ListThreads, ReadMessages, ReadThread
from app.application.chat.run_supervisor import RunSupervisor
from app.application.cvs.library import CvLibrary
from app.application.cvs.list_cvs import ListCvs
from app.application.cvs.open_cv_pdf import OpenCvPdf
from app.application.cvs.read_cv import ReadCv
from app.application.ports import RunFeed, Transactions
from app.application.use_cases import UseCases


def make_use_cases(transactions: Transactions, feed: RunFeed, supervisor: RunSupervisor, cvs: CvLibrary, queue_limit: int) -> UseCases:
    """All use cases over one set of adapters."""
    return UseCases(
        create_user=CreateUser(transactions),
        create_thread=CreateThread(transactions, uuid7),
        read_thread=ReadThread(transactions),
        list_threads=ListThreads(transactions),
        rename_thread=RenameThread(transactions),
        delete_thread=DeleteThread(transactions),
        read_messages=ReadMessages(transactions),
        post_message=PostMessageCreateRun(transactions, supervisor, uuid7, queue_limit),
        regenerate_run=RegenerateRun(transactions, supervisor, uuid7, queue_limit),
        read_run=ReadRun(transactions),
        cancel_run=CancelRun(transactions),
        follow_run=FollowRun(transactions, feed),
        follow_thread=FollowThread(transactions, feed),
        list_cvs=ListCvs(cvs),
        read_cv=ReadCv(cvs),
        open_cv_pdf=OpenCvPdf(cvs),
    )
