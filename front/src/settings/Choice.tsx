/** One of a few, side by side: radio buttons that look like one control, with the radio's own keys. */
import { useId, type ReactNode } from "react";

type Option<T> = { value: T; label: string; icon?: ReactNode };
type ChoiceProps<T> = { label: string; options: Option<T>[]; chosen: T; onChoose: (value: T) => void };

export function Choice<T extends string>({ label, options, chosen, onChoose }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1.5 text-xs font-medium text-faint">{label}</legend>
      <div className="flex gap-1 rounded-xl bg-raised p-1">
        {options.map(({ value, label: text, icon }) => (
          <label
            className="flex min-h-8 flex-1 cursor-pointer items-center justify-center gap-1.5 rounded-lg px-1.5 text-[0.8125rem] text-muted transition-colors hover:text-ink has-checked:bg-chosen has-checked:font-medium has-checked:text-ink has-checked:shadow-low has-focus-visible:outline-2 has-focus-visible:outline-ring coarse:min-h-10"
            key={value}
          >
            <input checked={chosen === value} className="sr-only" name={name} onChange={() => onChoose(value)} type="radio" value={value} />
            {icon}
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
