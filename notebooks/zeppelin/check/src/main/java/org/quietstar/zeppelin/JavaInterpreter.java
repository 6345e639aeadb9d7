package org.quietstar.zeppelin;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.zeppelin.interpreter.Interpreter;
import org.apache.zeppelin.interpreter.InterpreterContext;
import org.apache.zeppelin.interpreter.InterpreterResult;
import org.apache.zeppelin.interpreter.InterpreterResult.Code;

/**
 * Stands in for Zeppelin's own {@code %java} interpreter, which is not on Maven Central, and does as it does: a paragraph
 * is Java source with one class that has a {@code main}; it is compiled with the interpreter's class path and run, and
 * what it prints is the paragraph's result. Nothing but the class path and the JVM is common to two paragraphs.
 */
public final class JavaInterpreter extends Interpreter {
    private final Paragraph.Compiler compiler = new Paragraph.Compiler();

    public JavaInterpreter(Properties properties) {
        super(properties);
    }

    @Override
    public void open() {}

    @Override
    public void close() {}

    @Override
    public InterpreterResult interpret(String code, InterpreterContext context) {
        var printed = new ByteArrayOutputStream();
        PrintStream out = System.out;
        try (var capture = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            Paragraph paragraph = compiler.compile(code);
            System.setOut(capture);
            run(paragraph);
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace(System.err);
            return new InterpreterResult(Code.ERROR, e.getCause().toString());
        } catch (Paragraph.Invalid | ReflectiveOperationException | MalformedURLException e) {
            return new InterpreterResult(Code.ERROR, e.getMessage());
        } finally {
            System.setOut(out);
        }
        return new InterpreterResult(Code.SUCCESS, printed.toString(StandardCharsets.UTF_8));
    }

    /** With null for its arguments, as Zeppelin does. */
    private static void run(Paragraph paragraph) throws ReflectiveOperationException, MalformedURLException {
        URL[] folder = {paragraph.folder().toUri().toURL()};
        var loader = new URLClassLoader(folder, JavaInterpreter.class.getClassLoader());
        Class<?> main = Class.forName(paragraph.mainClass(), true, loader);
        main.getDeclaredMethod("main", String[].class).invoke(null, (Object) null);
    }

    @Override
    public void cancel(InterpreterContext context) {}

    @Override
    public FormType getFormType() {
        return FormType.SIMPLE;
    }

    @Override
    public int getProgress(InterpreterContext context) {
        return 0;
    }
}
