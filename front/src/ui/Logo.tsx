/** Our sign: a speech bubble whose lines are a log that only grows. The same drawing as public/favicon.svg. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg aria-hidden="true" className="shrink-0" height={size} viewBox="0 0 32 32" width={size}>
      <path className="fill-accent" d="M9 3h14a7 7 0 0 1 7 7v8a7 7 0 0 1-7 7h-8.5l-6.2 4.7A.8.8 0 0 1 7 29.1V24.7A7 7 0 0 1 2 18v-8a7 7 0 0 1 7-7Z" />
      <path className="stroke-accent-ink" d="M9.5 10.5h13M9.5 14.5h9M9.5 18.5h4.5" fill="none" strokeLinecap="round" strokeWidth="2.2" />
    </svg>
  );
}
