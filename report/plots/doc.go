// Package plots draws what package analysis computed.
//
//  1. A drawing function takes numbers and a [Caption] and returns a [Picture].
//  2. [Picture.PNG] and [Picture.SVG] run the same drawing on two canvases.
//  3. Every picture has one frame: the title is the finding, the subtitle the
//     conditions, the footer the machine and the command that redraws it.
//
// Lines and dots have their 95% intervals; what is too noisy to compare is
// hollow, pale or marked in words.
//
// Labels stand beside what they name; there is no legend. One colour belongs to
// a strategy in all pictures, and a set of its own to the phases.
package plots
