// What is wider than the screen can be scrolled with the keyboard, too.
function letKeyboardScroll() {
  for (const part of document.querySelectorAll("pre, .table-wrapper, .cell_output")) {
    if (part.scrollWidth > part.clientWidth + 1) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

addEventListener("load", letKeyboardScroll);
addEventListener("resize", letKeyboardScroll);
addEventListener("toggle", letKeyboardScroll, true); // what opens
