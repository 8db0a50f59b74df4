/** The place of text that is being loaded, in about its size, so that nothing jumps when it comes. */
export function Skeleton({ className = "" }: { className?: string }) {
  return <span aria-hidden="true" className={`block animate-breathe rounded-md bg-raised ${className}`} />;
}
