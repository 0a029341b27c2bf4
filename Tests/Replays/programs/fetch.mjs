// fetch.mjs URL COUNT PAUSE_MS DEADLINE_MS: fetch() with an AbortSignal, one after the other.
const [url, count, pause, deadline] = process.argv.slice(2);
// The first use of fetch() loads it, which can take longer than the deadline.
await (await fetch(new URL('/', url))).text();
for (let number = 0; number < Number(count); number += 1) {
  try {
    const signal = Number(deadline) > 0 ? AbortSignal.timeout(Number(deadline)) : undefined;
    const response = await fetch(url, { signal });
    await response.text();
    console.log(response.status);
  } catch (error) {
    console.log(error.name);
  }
  await new Promise((done) => setTimeout(done, Number(pause)));
}
process.exit(0);
