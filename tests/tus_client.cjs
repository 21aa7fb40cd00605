// The official client with the page's own settings, as a program: what it asked and heard, as JSON.
// node tus_client.cjs SETTINGS FILM ENDPOINT SUBMISSION HEADERS SECONDS
const fs = require("node:fs");
const { Upload } = require("tus-js-client");

const [script, film, endpoint, submission, headers, seconds] = process.argv.slice(2);
const heard = [];
const tell = (end) => {
  console.log(JSON.stringify({ heard, end }));
  process.exit(0);
};

import(script).then(({ PIECE, PATIENCE, FINAL }) => {
  const upload = new Upload(fs.createReadStream(film), {
    endpoint,
    chunkSize: PIECE,
    uploadSize: fs.statSync(film).size,
    retryDelays: PATIENCE,
    metadata: { filename: "aube.mp4", submission },
    headers: JSON.parse(headers),
    onAfterResponse: (request, response) => {
      heard.push([request.getMethod(), response.getStatus()]);
    },
    onShouldRetry: (error) => !FINAL.includes(error.originalResponse?.getStatus() ?? 0),
    onError: (error) => tell(JSON.parse(error.originalResponse?.getBody() || "{}").codes ?? String(error)),
    onSuccess: () => tell("whole"),
  });
  upload.start();
  setTimeout(() => tell("still sending"), 1000 * seconds);
});
