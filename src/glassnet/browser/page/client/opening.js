/** Unpacks the program and runs it; the page's policy allows the very text that was packed, and no other. */
(async () => {
  const bytes = Uint8Array.from(atob(document.getElementById("glassnet-program").textContent), (c) => c.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const script = document.createElement("script");
  script.id = "glassnet-script";
  script.textContent = await new Response(unpacked).text();
  document.body.append(script);
})().catch((error) => document.body.append(`This page needs a browser of 2023 or later (${error.message}).`));
