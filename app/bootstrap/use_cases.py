"""All use cases over one set of adapters. Called by `process.py`."""

from uuid_utils.compat import uuid7

from app.application.access.check_access import CheckAccess
from app.application.access.sign_ins import EndSignIn, IssueSignIn
from app.application.assistants.describe_assistants import DescribeAssistants
from app.application.chat.allowance import ReadSpending
from app.application.chat.cancel_run import CancelInThread, CancelRun
from app.application.chat.change_thread import DeleteThread, RenameThread
from app.application.chat.create_thread import CreateThread
from app.application.chat.create_user import CreateUser
from app.application.chat.follow_run import FollowRun
from app.application.chat.follow_thread import FollowThread
from app.application.chat.open_session import OpenSession
from app.application.chat.post_message_create_run import PostMessageCreateRun, RegenerateRun
from app.application.chat.read_run import ReadRun
from app.application.chat.read_thread import ListThreads, ReadMessages, ReadThread
from app.application.chat.read_user import ReadUser
from app.application.chat.run_supervisor import RunSupervisor
from app.application.cvs.library import CvLibrary
from app.application.cvs.list_cvs import ListCvs
from app.application.cvs.open_cv_pdf import OpenCvPdf
from app.application.cvs.read_cv import ReadCv
from app.application.ports import RunFeed, Transactions
from app.application.telemetry import RunWatch
from app.application.use_cases import UseCases
from app.bootstrap.access import make_allowance, make_sign_in_with_provider
from app.settings import Settings


def make_use_cases(
    transactions: Transactions, feed: RunFeed, supervisor: RunSupervisor, cvs: CvLibrary, settings: Settings, watch: RunWatch
) -> UseCases:
    """All use cases over one set of adapters."""
    queue_limit, allowance = settings.queue_limit, make_allowance(settings)
    issue_sign_in = IssueSignIn(transactions, settings.session_hours * 3600)
    return UseCases(
        create_user=CreateUser(transactions),
        create_thread=CreateThread(transactions, uuid7),
        read_thread=ReadThread(transactions),
        list_threads=ListThreads(transactions),
        read_user=ReadUser(transactions),
        rename_thread=RenameThread(transactions),
        delete_thread=DeleteThread(transactions),
        read_messages=ReadMessages(transactions),
        post_message=PostMessageCreateRun(transactions, supervisor, uuid7, queue_limit, allowance, watch=watch),
        regenerate_run=RegenerateRun(transactions, supervisor, uuid7, queue_limit, allowance, watch=watch),
        read_run=ReadRun(transactions),
        cancel_run=CancelRun(transactions),
        cancel_in_thread=CancelInThread(transactions),
        open_session=OpenSession(transactions, uuid7),
        follow_run=FollowRun(transactions, feed),
        follow_thread=FollowThread(transactions, feed),
        list_cvs=ListCvs(cvs),
        read_cv=ReadCv(cvs),
        open_cv_pdf=OpenCvPdf(cvs),
        check_access=CheckAccess(transactions),
        issue_sign_in=issue_sign_in,
        end_sign_in=EndSignIn(transactions),
        read_spending=ReadSpending(transactions, allowance),
        describe_assistants=DescribeAssistants(cvs),
        provider_sign_in=make_sign_in_with_provider(settings, transactions, issue_sign_in),
    )
