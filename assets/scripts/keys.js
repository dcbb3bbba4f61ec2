// Keys and lists ----------------------------------------------------------------------------------------------------------

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest('input, textarea, select')) return;
  const field = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (field === null) return;
  event.preventDefault();
  field.focus();
});

document.addEventListener('change', (event) => {
  if (event.target instanceof HTMLSelectElement && 'submit' in event.target.dataset)
    event.target.form.requestSubmit();
});
