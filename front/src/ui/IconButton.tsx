/**
 * A button that is only an icon: its `label` is its name for screen readers and its tooltip for the rest.
 *
 * 36 px high, 44 px on a touch screen; `small` (28 px) for rows of actions.
 */
import type { ComponentProps, ReactNode } from "react";
import { Tooltip } from "./Tooltip";

type IconButtonProps = Omit<ComponentProps<"button">, "children" | "aria-label" | "title"> & {
  label: string;
  icon: ReactNode;
  small?: boolean;
  look?: "ghost" | "primary" | "quiet";
  /** Shown behind the label: the keys that do the same. */
  keys?: string;
  side?: "top" | "bottom";
};

const LOOKS = {
  ghost: "text-muted hover:bg-hover hover:text-ink aria-pressed:bg-hover aria-pressed:text-ink",
  primary: "bg-accent text-accent-ink hover:bg-accent-strong disabled:bg-raised disabled:text-faint",
  quiet: "border border-line bg-surface text-ink shadow-low hover:bg-raised",
};

export function IconButton({ label, icon, small = false, look = "ghost", keys, side = "bottom", className = "", ...rest }: IconButtonProps) {
  const size = small ? "size-8 rounded-lg" : "size-9 rounded-xl";
  return (
    <Tooltip keys={keys} side={side} text={label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={`inline-flex shrink-0 items-center justify-center transition-colors duration-100 coarse:size-11 ${size} ${LOOKS[look]} ${className}`}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
