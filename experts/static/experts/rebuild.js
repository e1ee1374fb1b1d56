// Asks how far the rebuild is, and says so, until it has ended.
(() => {
  "use strict";
  const panel = document.getElementById("rebuild");
  if (!panel || panel.dataset.running !== "yes") return;
  const message = document.getElementById("rebuild-message");
  const bar = document.getElementById("rebuild-progress");
  const ask = async () => {
    try {
      const answer = await fetch(panel.dataset.status, { headers: { Accept: "application/json" } });
      if (answer.redirected || !answer.ok) { window.location.reload(); return; }
      const told = await answer.json();
      if (message.textContent !== told.message) message.textContent = told.message;
      bar.value = told.percent;
      if (!told.running) { window.location.reload(); return; }
    } catch { /* the server restarts: the rebuild goes on without it */ }
    window.setTimeout(ask, 1000);
  };
  window.setTimeout(ask, 500);
})();
