/*
 * Before the first paint: the theme and the language, so that nothing flashes. A file of its own, loaded before the styles, since the content security
 * policy allows no inline script. The same rules as src/ui/theme.ts and src/i18n/language.ts, which take over once the page runs.
 */
(function () {
  var root = document.documentElement;
  var get = function (key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  var theme = get("chatbot.theme");
  var dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.sidebar = get("chatbot.sidebar") === "closed" ? "closed" : "open";
  var chosen = get("chatbot.language");
  var tags = chosen ? [chosen] : navigator.languages;
  for (var i = 0; i < tags.length; i++) {
    var language = tags[i].toLowerCase().split("-")[0];
    if (language === "en" || language === "es") {
      root.lang = language;
      break;
    }
  }
})();
