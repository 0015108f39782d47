import { initAll } from "./govuk-frontend.min.js";
import { initAll as initMoj } from "./moj-frontend.min.js";

const body = document.body;
body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
initMoj();
