/** Low, so that a page in the background costs little. */
const framesPerSecond = 10;

/** A drawn video that needs no camera and no permission: the name, the time and moving halftone dots. */
export function testVideo(name: string): { video: MediaStream; stop(): void } {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 240];
  const pen = canvas.getContext('2d');
  const timer = setInterval(() => pen && draw(pen, name, performance.now() / 1_000), 1_000 / framesPerSecond);
  const video = canvas.captureStream(framesPerSecond);
  const stop = () => {
    clearInterval(timer);
    for (const track of video.getTracks()) track.stop();
  };
  return { video, stop };
}

function draw(pen: CanvasRenderingContext2D, name: string, seconds: number): void {
  const { width, height } = pen.canvas;
  pen.fillStyle = '#f4efe6';
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = '#1d3557';
  for (let x = 8; x < width; x += 16) {
    for (let y = 8; y < height; y += 16) {
      const shade = 0.5 + 0.5 * Math.sin(x / 40 + seconds) * Math.cos(y / 30 - seconds);
      pen.beginPath();
      pen.arc(x, y, 7 * shade, 0, 2 * Math.PI);
      pen.fill();
    }
  }
  pen.fillStyle = '#e63946';
  pen.font = 'bold 28px system-ui, sans-serif';
  pen.fillText(name, 12, 36);
  pen.fillText(new Date().toISOString().slice(11, 19), 12, height - 14);
}
