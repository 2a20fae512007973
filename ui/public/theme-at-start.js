// Runs before the first paint, so that a dark window never flashes white. Only the theme is kept here, nothing of the user's.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("atom.theme");
  } catch {
    // No storage: the system's theme it is.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
