/** Something is under way. Says nothing by itself: the words stand beside it. */
export function Spinner({ size = 18, className = "" }: { size?: number; className?: string }) {
  return (
    <svg aria-hidden="true" className={`animate-spin ${className}`} fill="none" height={size} viewBox="0 0 20 20" width={size}>
      <circle cx="10" cy="10" opacity="0.2" r="7.5" stroke="currentColor" strokeWidth="2.2" />
      <path d="M17.5 10A7.5 7.5 0 0 0 10 2.5" stroke="currentColor" strokeLinecap="round" strokeWidth="2.2" />
    </svg>
  );
}
