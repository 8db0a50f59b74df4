/** From a CV to a new conversation with a question about this person in the composer: to send as it is, or to change first. */
import type { Cv } from "../api/types";
import { keepDraft } from "../chat/drafts";
import type { Translate } from "../i18n/t";
import { navigate } from "../routes";

export function askAbout(cv: Cv, t: Translate): void {
  keepDraft("new", t("cvs.ask.question", { candidate: cv.candidate }));
  navigate("/");
}
