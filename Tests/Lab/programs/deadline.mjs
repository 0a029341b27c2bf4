// Asks URL so often with a deadline and gives up each time: URL COUNT MILLISECONDS.
const [url, count, limit] = process.argv.slice(2);
for (let number = 0; number < Number(count); number++) {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(Number(limit)) })).text();
  } catch {
    // The deadline, or the ban.
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}
