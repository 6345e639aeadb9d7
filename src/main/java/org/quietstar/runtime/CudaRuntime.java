package org.quietstar.runtime;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * The CUDA runtime of the profiles {@code cuda}, {@code cuda-system} and {@code cuda-jit}, called by name, since a build for
 * the CPU does not have its classes. ND4J says the same of a device, but only once it has loaded its kernels, which aborts
 * where the device cannot run them.
 */
final class CudaRuntime implements DeviceProbe {
    private static final String BACKEND = "org.nd4j.linalg.jcublas.JCublasBackend";
    private static final String RUNTIME = "org.bytedeco.cuda.global.cudart";
    private static final String PROPERTIES = "org.bytedeco.cuda.cudart.cudaDeviceProp";

    /** The library that every driver on Linux brings. */
    private static final String DRIVER = "libcuda.so.1";

    private final List<ComputeDevice> devices = new ArrayList<>();
    private final boolean hasBackend;
    private String problem = "";
    private String driver = "";
    private long freeBytes;

    private CudaRuntime(String backend, String runtime, String properties) {
        hasBackend = exists(backend);
        if (!hasBackend) {
            problem = "ND4J's CUDA backend is not in this build";
            return;
        }
        try {
            ask(Class.forName(runtime), Class.forName(properties));
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            problem = String.valueOf(cause.getMessage()).contains(DRIVER)
                    ? "no NVIDIA driver is there: " + DRIVER + " cannot be loaded"
                    : "the CUDA runtime cannot be used: " + cause;
        }
    }

    /** What this process finds. */
    static CudaRuntime current() {
        return of(BACKEND, RUNTIME, PROPERTIES);
    }

    /** As {@link #current}, with other classes in the place of ND4J's and CUDA's. */
    static CudaRuntime of(String backend, String runtime, String properties) {
        return new CudaRuntime(backend, runtime, properties);
    }

    private static boolean exists(String type) {
        try {
            Class.forName(type, false, CudaRuntime.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private void ask(Class<?> runtime, Class<?> properties) throws ReflectiveOperationException {
        int[] number = new int[1];
        if (call(runtime, "cudaDriverGetVersion", number) == 0 && number[0] > 0) {
            driver = number[0] / 1000 + "." + number[0] % 1000 / 10;
        }
        int error = call(runtime, "cudaGetDeviceCount", number);
        if (error != 0 || number[0] == 0) {
            problem = error == 0 ? "no CUDA device is there" : text(runtime, "cudaGetErrorString", error);
            return;
        }
        for (int i = 0; i < number[0]; i++) {
            Object device = properties.getConstructor().newInstance();
            Method ofDevice = runtime.getMethod("cudaGetDeviceProperties", properties, int.class);
            if ((int) ofDevice.invoke(null, device, i) == 0) {
                devices.add(new ComputeDevice(
                        i,
                        ((BytePointer) value(device, "name")).getString(),
                        (int) value(device, "major"),
                        (int) value(device, "minor"),
                        (long) value(device, "totalGlobalMem")));
            }
            ((Pointer) device).close();
        }
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            call(runtime, "cudaMemGetInfo", free, total);
            freeBytes = free.get();
        }
    }

    private static int call(Class<?> runtime, String name, Object... arguments) throws ReflectiveOperationException {
        Class<?>[] types = Stream.of(arguments).map(Object::getClass).toArray(Class<?>[]::new);
        return (int) runtime.getMethod(name, types).invoke(null, arguments);
    }

    private static String text(Class<?> runtime, String name, int argument) throws ReflectiveOperationException {
        return ((BytePointer) runtime.getMethod(name, int.class).invoke(null, argument)).getString();
    }

    private static Object value(Object device, String name) throws ReflectiveOperationException {
        return device.getClass().getMethod(name).invoke(device);
    }

    @Override
    public boolean hasBackend() {
        return hasBackend;
    }

    @Override
    public CudaKernels kernels() {
        return CudaKernels.current();
    }

    @Override
    public boolean prefersCpu() {
        return Nd4jBackend.BACKEND_PRIORITY_CPU > Nd4jBackend.BACKEND_PRIORITY_GPU;
    }

    @Override
    public List<ComputeDevice> list() {
        return List.copyOf(devices);
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public String driver() {
        return driver;
    }

    @Override
    public long freeBytes() {
        return freeBytes;
    }
}
