/**
 * A part of the page that is loaded when it is needed: a component that shows `waiting` until its code is there.
 *
 * In the place of `React.lazy`: once Suspense has shown a fallback it holds back what replaces it for 300 ms, and that was most of a reload.
 */
import { useEffect, useState, type ComponentType, type ReactNode } from "react";

export function part<P extends object>(load: () => Promise<ComponentType<P>>, waiting: ReactNode = null): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Part(props: P) {
    const [failure, setFailure] = useState<unknown>(null);
    const [Loaded, setLoaded] = useState(() => loaded);
    useEffect(() => {
      if (Loaded !== null) return;
      let wanted = true;
      load().then(
        (component) => {
          loaded = component;
          if (wanted) setLoaded(() => component);
        },
        (error: unknown) => wanted && setFailure(error),
      );
      return () => {
        wanted = false;
      };
    }, [Loaded]);
    if (failure !== null) throw failure;
    return Loaded === null ? waiting : <Loaded {...props} />;
  };
}
