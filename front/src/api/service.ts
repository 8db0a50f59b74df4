/** What the server says about itself: its assistants with questions they can answer, and its version. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, answered } from "./client";
import type { components, operations } from "./schema";

export type Assistants = components["schemas"]["AssistantsOut"];
export type AssistantCard = components["schemas"]["AssistantOut"];

/** Languages that example questions come in. */
type ExampleLanguage = NonNullable<NonNullable<operations["list_assistants"]["parameters"]["query"]>["lang"]>;

const MINUTE = 60_000; // ms

/** Which assistants there are, whether they can answer now, and example questions in a language, of the documents really there. */
export function useAssistants(lang: ExampleLanguage) {
  return useQuery({
    queryKey: ["assistants", lang] as const,
    staleTime: MINUTE,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.GET("/api/assistants", { params: { query: { lang } }, signal })),
  });
}

/** Version and model, for the settings. */
export function useHealth() {
  return useQuery({
    queryKey: ["health"] as const,
    staleTime: MINUTE,
    queryFn: ({ signal }) => answered(api.GET("/health", { signal })),
  });
}
