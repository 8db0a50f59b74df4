/** Spanish texts of `threads/`. */
import type { Translation } from "../en";
import type { threads as english } from "../en/threads";

export const threads: Translation<typeof english> = {
  "threads.new": "Nuevo chat",
  "threads.browse": "Ver los CV",
  "threads.search": "Buscar",
  "threads.search.clear": "Borrar la búsqueda",
  "threads.search.none": "Nada encontrado para «{q}»",
  "threads.search.noneHint": "Se buscan títulos y mensajes. Prueba con menos palabras o con otras.",
  "threads.list": "Tus conversaciones",
  "threads.untitled": "Conversación nueva",
  "threads.answering": "se está respondiendo",
  "threads.answered": "«{title}» ya tiene respuesta",
  "threads.today": "Hoy",
  "threads.yesterday": "Ayer",
  "threads.week": "Últimos 7 días",
  "threads.older": "Anteriores",
  "threads.empty": "Aún no hay conversaciones",
  "threads.empty.hint": "Pregunta algo: se guarda aquí.",
  "threads.failed": "No se pudo cargar la lista",
  "threads.more": "Más conversaciones",
  "threads.options": "Opciones de «{title}»",
  "threads.rename": "Cambiar título",
  "threads.rename.label": "Título nuevo",
  "threads.rename.failed": "No se pudo cambiar el título",
  "threads.delete": "Eliminar",
  "threads.deleted": "Se eliminó «{title}»",
  "threads.delete.failed": "No se pudo eliminar «{title}»",
};
