/** Every Spanish text, one file a part of the page. The types hold it to the English keys. */
import { chat } from "./chat";
import { cvs } from "./cvs";
import { markdown } from "./markdown";
import { scroll } from "./scroll";
import { settings } from "./settings";
import { sources } from "./sources";
import { threads } from "./threads";
import { ui } from "./ui";
import { welcome } from "./welcome";
import type { Messages } from "../en";

export const es: Messages = { ...chat, ...cvs, ...markdown, ...scroll, ...settings, ...sources, ...threads, ...ui, ...welcome };
