package app.dayfly.android

import android.app.Application
import android.content.Context

/** The process. It starts nothing: the core starts with the first room. */
class DayflyApp : Application() {
    internal val graph: Graph by lazy { Graph(this) }
}

/** The process's [Graph]. */
internal val Context.graph: Graph
    get() = (applicationContext as DayflyApp).graph
