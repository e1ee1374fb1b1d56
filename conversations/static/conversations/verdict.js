// The field to find an expert in is named by its own content, which is empty at first: by its label.
"use strict";

django.jQuery(() => { // after the one that makes the field
  const label = document.querySelector("#verdict label[for=id_expert]");
  for (const box of document.querySelectorAll("#verdict .select2-selection, #verdict .select2-selection__rendered")) {
    box.removeAttribute("aria-labelledby");
    if (label) box.setAttribute("aria-label", label.textContent.trim());
  }
});
