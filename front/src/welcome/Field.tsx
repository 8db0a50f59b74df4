/** A labelled text field with a hint and a problem, tied together for screen readers. The problem takes the hint's place, so that nothing jumps. */
import type { ComponentProps } from "react";

type FieldProps = ComponentProps<"input"> & { id: string; label: string; hint: string; problem: string | null };

export function Field({ id, label, hint, problem, autoFocus = false, className = "", ...rest }: FieldProps) {
  return (
    <div>
      <label className="mb-1.5 block text-sm font-medium" htmlFor={id}>
        {label}
      </label>
      <input
        {...rest}
        aria-describedby={`${id}-hint`}
        aria-invalid={problem !== null}
        className={`h-12 w-full rounded-xl border border-edge bg-surface px-4 text-base aria-invalid:border-danger ${className}`}
        id={id}
        ref={(field) => {
          // A phone's keyboard would cover what the page says.
          if (autoFocus && field && matchMedia("(pointer: fine)").matches && document.activeElement === document.body) field.focus();
        }}
      />
      <p aria-live="polite" className={`mt-1.5 text-[0.8125rem] ${problem === null ? "text-faint" : "text-danger"}`} id={`${id}-hint`}>
        {problem ?? hint}
      </p>
    </div>
  );
}
