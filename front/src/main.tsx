/** The page's entry. */
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueryClient } from "./api/queries";
import { App } from "./app";
import { languageReady } from "./i18n/language";
import "./styles.css";
import "./ui/theme";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
void languageReady().then(() =>
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={makeQueryClient()}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  ),
);
