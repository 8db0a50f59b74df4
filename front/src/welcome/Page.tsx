/** The frame of the pages before the chat: our sign, a heading, one form, in the middle of the screen. */
import type { ReactNode } from "react";
import { Logo } from "../ui/Logo";

type PageProps = { title: string; lead: string; children: ReactNode };

export function Page({ title, lead, children }: PageProps) {
  return (
    <main className="safe-x safe-top safe-bottom flex h-dvh flex-col items-center overflow-y-auto bg-canvas [--safe:1.5rem]">
      <div className="my-auto flex w-full max-w-sm animate-rise flex-col py-8">
        <Logo size={44} />
        <h1 className="mt-6 text-3xl font-semibold tracking-tight text-balance">{title}</h1>
        <p className="mt-2 text-pretty text-muted">{lead}</p>
        {children}
      </div>
    </main>
  );
}
