/** An address that leads nowhere, or a conversation that is gone. */
import { useT } from "../i18n/t";
import { navigate } from "../routes";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { SearchIcon } from "../ui/icons";

export function NotFound() {
  const t = useT();
  return (
    <div className="m-auto">
      <EmptyState
        action={
          <Button look="primary" onClick={() => navigate("/")}>
            {t("ui.notFound.home")}
          </Button>
        }
        icon={<SearchIcon size={24} />}
        title={t("ui.notFound")}
      >
        {t("ui.notFound.hint")}
      </EmptyState>
    </div>
  );
}
