// Keys and lists ----------------------------------------------------------------------------------------------------------

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest('input, textarea, select')) return;
  const field = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (field === null) return;
  event.preventDefault();
  field.focus();
});

// On a telephone the menu is wider than the screen: the page that is open is in its middle.
const menu = document.querySelector('.bar nav');
const here = menu?.querySelector('[aria-current]');
if (here) menu.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - menu.clientWidth / 2;

document.addEventListener('change', (event) => {
  if (event.target instanceof HTMLSelectElement && 'submit' in event.target.dataset)
    event.target.form.requestSubmit();
});
