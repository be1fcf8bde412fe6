document.documentElement.classList.add("w-js");
