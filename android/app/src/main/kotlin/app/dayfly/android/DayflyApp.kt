package app.dayfly.android

import android.app.Application
import android.content.Context

/** The process. It begins to watch the phone; the core starts with the first room. */
class DayflyApp : Application() {
    internal val graph: Graph by lazy { Graph(this) }

    override fun onCreate() {
        super.onCreate()
        graph.phone.start()
    }
}

/** The process's [Graph]. */
internal val Context.graph: Graph
    get() = (applicationContext as DayflyApp).graph
