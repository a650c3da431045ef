import { useEffect, useRef } from 'react';

/** Plays a stream without sound. */
export function Video({ stream, label }: { stream: MediaStream; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  return <video ref={video} aria-label={label} autoPlay muted playsInline />;
}
