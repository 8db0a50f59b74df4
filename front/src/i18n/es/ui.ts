/** Spanish texts of `ui/` and `layout/`. */
import type { Translation } from "../en";
import type { ui as english } from "../en/ui";

export const ui: Translation<typeof english> = {
  "ui.product": "Chat",
  "ui.close": "Cerrar",
  "ui.cancel": "Cancelar",
  "ui.undo": "Deshacer",
  "ui.retry": "Reintentar",
  "ui.loading": "Cargando…",
  "ui.skip": "Ir a la conversación",
  "ui.notifications": "Avisos",
  "ui.menu.open": "Abrir la barra lateral",
  "ui.menu.close": "Cerrar la barra lateral",
  "ui.sidebar": "Conversaciones",
  "ui.shortcuts": "Atajos de teclado",
  "ui.shortcuts.search": "Buscar conversaciones",
  "ui.shortcuts.new": "Nuevo chat",
  "ui.shortcuts.composer": "Escribir un mensaje",
  "ui.shortcuts.sidebar": "Mostrar u ocultar la barra lateral",
  "ui.shortcuts.escape": "Detener la respuesta o cerrar lo abierto",
  "ui.shortcuts.send": "Enviar",
  "ui.shortcuts.line": "Nueva línea",
  "ui.shortcuts.list": "Mostrar esta lista",
  "ui.notFound": "Aquí no hay nada",
  "ui.notFound.hint": "Puede que la dirección esté mal escrita o que la conversación se haya eliminado.",
  "ui.notFound.home": "Empezar un chat nuevo",
};
