/**
 * Every button: `primary` for the one thing to do, `quiet` beside it, `ghost` in rows and bars, `danger` for what destroys.
 *
 * A busy button keeps its width, shows a spinner and does nothing; it stays focusable, so a keyboard user is not thrown out of place.
 * On a touch screen it is at least 44 px high.
 */
import type { ComponentProps, ReactNode } from "react";
import { Spinner } from "./Spinner";

type Look = "primary" | "quiet" | "ghost" | "danger";
type ButtonProps = Omit<ComponentProps<"button">, "children"> & {
  look?: Look;
  size?: "small" | "medium" | "large";
  busy?: boolean;
  icon?: ReactNode;
  children: ReactNode;
};

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-accent-ink hover:bg-accent-strong active:bg-accent-strong",
  quiet: "border border-line bg-surface text-ink hover:bg-raised active:bg-hover",
  ghost: "text-muted hover:bg-raised hover:text-ink active:bg-hover",
  danger: "bg-danger-soft text-danger hover:bg-raised active:bg-hover",
};
const SIZES = {
  small: "min-h-8 gap-1.5 rounded-lg px-2.5 text-sm",
  medium: "min-h-10 gap-2 rounded-xl px-4 text-sm",
  large: "min-h-12 gap-2 rounded-xl px-5 text-base",
};

export function Button({ look = "quiet", size = "medium", busy = false, icon, className = "", children, onClick, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      className={`inline-flex items-center justify-center font-medium whitespace-nowrap transition-colors duration-100 select-none disabled:opacity-50 coarse:min-h-11 ${SIZES[size]} ${LOOKS[look]} ${className}`}
      disabled={disabled}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <Spinner size={size === "small" ? 14 : 16} /> : icon}
      {children}
    </button>
  );
}
