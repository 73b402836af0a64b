package com.robustmq.chaos.client;

import java.util.concurrent.CompletionException;

/** What the library's exceptions say, without their wrappers. */
final class Errors {
    private Errors() {}

    /** The innermost cause: the outer ones only say that something failed. */
    static Throwable root(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    static String text(Throwable error) {
        Throwable root = root(error);
        Throwable shown = root instanceof CompletionException ? error : root;
        String name = shown.getClass().getSimpleName();
        return shown.getMessage() == null ? name : name + ": " + shown.getMessage();
    }
}
