package org.quietstar.zeppelin;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A paragraph that was compiled.
 *
 * @param folder of its class files
 * @param mainClass name of the class with {@code main}
 */
record Paragraph(Path folder, String mainClass) {

    /** A paragraph that Zeppelin would refuse. */
    static final class Invalid extends Exception {
        private static final long serialVersionUID = 1;

        Invalid(String message) {
            super(message);
        }
    }

    /** Compiles one paragraph after the other. */
    static final class Compiler {
        private final JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        private int count;

        /**
         * Compiles {@code code}. As in Zeppelin, the class with {@code main} is called otherwise in each run, and its name
         * is replaced wherever it stands in the text, also within other names.
         */
        Paragraph compile(String code) throws Invalid {
            String name = "Paragraph" + ++count;
            String renamed = code.replace(mainClass(code), name);
            Path folder = newFolder();
            var problems = new DiagnosticCollector<JavaFileObject>();
            var options = List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
            if (!javac.getTask(null, null, problems, options, null, List.of(new Source(name, renamed)))
                    .call()) {
                throw new Invalid(messages(problems));
            }
            return new Paragraph(folder, name);
        }

        private String mainClass(String code) throws Invalid {
            var problems = new DiagnosticCollector<JavaFileObject>();
            var task = (JavacTask) javac.getTask(null, null, problems, null, null, List.of(new Source("Paragraph", code)));
            try {
                for (CompilationUnitTree unit : task.parse()) {
                    Optional<String> found = unit.getTypeDecls().stream()
                            .filter(ClassTree.class::isInstance)
                            .map(ClassTree.class::cast)
                            .filter(Compiler::hasMain)
                            .map(type -> type.getSimpleName().toString())
                            .findFirst();
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            throw new Invalid("There is no class with a static main method. " + messages(problems));
        }

        private static boolean hasMain(ClassTree type) {
            return type.getMembers().stream()
                    .filter(member -> member.getKind() == Tree.Kind.METHOD)
                    .map(MethodTree.class::cast)
                    .anyMatch(method -> method.getName().contentEquals("main")
                            && method.getModifiers().getFlags().contains(Modifier.STATIC));
        }

        private static String messages(DiagnosticCollector<JavaFileObject> problems) {
            return problems.getDiagnostics().stream()
                    .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                    .map(problem -> "line " + problem.getLineNumber() + ": " + problem.getMessage(Locale.ROOT))
                    .collect(Collectors.joining("\n"));
        }

        private static Path newFolder() {
            try {
                return Files.createTempDirectory("paragraph");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Source text for the compiler, in a file of the name that a public class demands. */
    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String name, String code) {
            super(URI.create("string:///" + name + Kind.SOURCE.extension), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }
}
