// Keys of the lead page: j and k or the arrows go through the queue. Also copies the address, and asks
// before a list is left in which something was changed and not saved.
(() => {
  const typing = (element) =>
    element.closest("input, textarea, select, [contenteditable], [role=listbox], dialog") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || typing(event.target)) return;
    const key = { ArrowRight: "j", ArrowLeft: "k" }[event.key] || event.key;
    if (key !== "j" && key !== "k") return;
    const link = document.querySelector(`a[data-key="${key}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
  });

  let unsaved = false;
  document.addEventListener("input", (event) => {
    if (event.target.closest("#changelist-form [name^=form-]")) unsaved = true;
  });
  document.addEventListener("submit", () => { unsaved = false; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const said = document.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      said.textContent = "Copied";
    } catch {
      const address = document.getElementById("lead-email");
      getSelection().selectAllChildren(address);
      said.textContent = "Selected; copy it with your keyboard";
    }
  });
})();
