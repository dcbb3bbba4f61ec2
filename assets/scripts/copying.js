// Copying -----------------------------------------------------------------------------------------------------------------

document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (button === null) return;
  const label = (button.dataset.label ??= button.textContent);
  const copied = await copy(button.dataset.copy, button);
  button.textContent = copied ? 'Copied' : 'Selected';
  setTimeout(() => {
    button.textContent = label;
  }, 2_000);
});

/** Browsers give the clipboard to secure pages only; elsewhere the command is selected, and a key copies it. */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const shown = button.parentElement.querySelector('pre code') ?? document.querySelector('.sheet');
    getSelection().selectAllChildren(shown);
    return false;
  }
}
