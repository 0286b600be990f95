;; The smallest component that looks like a policy from outside.
(component
  (core module $code (func (export "f")))
  (core instance $instance (instantiate $code))
  (func $f (canon lift (core func $instance "f")))
  (export "describe" (func $f))
  (export "validate-settings" (func $f))
  (export "init" (func $f))
  (export "decide" (func $f))
  (export "learn" (func $f))
  (export "forget" (func $f))
  (export "snapshot" (func $f))
  (export "restore" (func $f)))
