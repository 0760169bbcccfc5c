// Stands in for react-style-singleton, which writes a <style> element while a menu or dialog is open: the page's policy allows no
// inline style. A constructed style sheet is not inline and does the same.

import { useEffect } from 'react';

export function styleSingleton() {
  let users = 0;
  let sheet;

  return function Sheet({ styles }) {
    useEffect(() => {
      users += 1;
      if (users === 1) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(styles);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
      return () => {
        users -= 1;
        if (users === 0) {
          document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
        }
      };
    }, []);
    return null;
  };
}
