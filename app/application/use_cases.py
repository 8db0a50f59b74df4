"""All use cases of the product, wired: what `bootstrap` makes and what the web layer calls."""

from dataclasses import dataclass

from app.application.access.check_access import CheckAccess
from app.application.access.provider_sign_in import BeginSignIn, FinishSignIn, IdentityProvider
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
from app.application.cvs.list_cvs import ListCvs
from app.application.cvs.open_cv_pdf import OpenCvPdf
from app.application.cvs.read_cv import ReadCv


@dataclass(frozen=True, slots=True)
class ProviderSignIn:
    """Signing in with the identity provider."""

    provider: IdentityProvider
    begin: BeginSignIn
    finish: FinishSignIn


@dataclass(frozen=True, slots=True)
class UseCases:
    """One of each, shared by all requests of the process."""

    create_user: CreateUser
    create_thread: CreateThread
    read_thread: ReadThread
    list_threads: ListThreads
    read_user: ReadUser
    rename_thread: RenameThread
    delete_thread: DeleteThread
    read_messages: ReadMessages
    post_message: PostMessageCreateRun
    regenerate_run: RegenerateRun
    read_run: ReadRun
    cancel_run: CancelRun
    cancel_in_thread: CancelInThread
    open_session: OpenSession
    follow_run: FollowRun
    follow_thread: FollowThread
    list_cvs: ListCvs
    read_cv: ReadCv
    open_cv_pdf: OpenCvPdf
    check_access: CheckAccess
    issue_sign_in: IssueSignIn
    end_sign_in: EndSignIn
    read_spending: ReadSpending
    describe_assistants: DescribeAssistants
    provider_sign_in: ProviderSignIn | None = None
    """Only where an identity provider is set up for it."""
