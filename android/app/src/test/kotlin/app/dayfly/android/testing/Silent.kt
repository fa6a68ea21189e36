package app.dayfly.android.testing

import java.lang.reflect.Proxy

/** Actions that do nothing, for screens that are only drawn. */
internal inline fun <reified A : Any> silent(): A =
    Proxy.newProxyInstance(A::class.java.classLoader, arrayOf(A::class.java)) { _, _, _ -> Unit } as A
