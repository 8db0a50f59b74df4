/** English texts of `settings/`. */
export const settings = {
  "settings.open": "Settings",
  "settings.theme": "Appearance",
  "settings.theme.system": "System",
  "settings.theme.light": "Light",
  "settings.theme.dark": "Dark",
  "settings.language": "Language",
  "settings.name": "Use another name",
  "settings.name.hint": "A new name begins a new list of conversations; this one stays on the server.",
  "settings.shortcuts": "Keyboard shortcuts",
  "settings.version": "Version {version}",
  "settings.model": "Answers by {model}",
  "settings.docs": "API reference",
  "settings.signOut": "Sign out",
} as const;
