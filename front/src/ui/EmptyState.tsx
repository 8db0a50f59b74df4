/** A place with nothing in it, or with something wrong: what it is, why, and at most one thing to do. `small` within a list; else it is the page. */
import type { ReactNode } from "react";

type EmptyStateProps = { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode; small?: boolean };

export function EmptyState({ icon, title, children, action, small = false }: EmptyStateProps) {
  return (
    <div className={`flex animate-fade flex-col items-center text-center ${small ? "gap-1 px-4 py-8" : "gap-2 px-6 py-16"}`}>
      {icon && <span className="mb-2 rounded-2xl bg-raised p-3 text-faint">{icon}</span>}
      {small ? <p className="text-sm font-medium">{title}</p> : <h1 className="text-lg font-semibold">{title}</h1>}
      {children && <p className={`max-w-prose text-balance text-muted ${small ? "text-[0.8125rem]" : "text-sm"}`}>{children}</p>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}
