/** Spanish texts of `settings/`. */
import type { Translation } from "../en";
import type { settings as english } from "../en/settings";

export const settings: Translation<typeof english> = {
  "settings.open": "Ajustes",
  "settings.theme": "Apariencia",
  "settings.theme.system": "Sistema",
  "settings.theme.light": "Claro",
  "settings.theme.dark": "Oscuro",
  "settings.language": "Idioma",
  "settings.name": "Usar otro nombre",
  "settings.name.hint": "Un nombre nuevo empieza una lista nueva de conversaciones; esta se queda en el servidor.",
  "settings.shortcuts": "Atajos de teclado",
  "settings.version": "Versión {version}",
  "settings.model": "Responde {model}",
  "settings.docs": "Referencia de la API",
  "settings.signOut": "Cerrar sesión",
};
