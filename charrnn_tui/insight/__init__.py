"""What a network knows and why: everything that the lens shows, without a screen and without torch.

    reading        a text as the network reads it: what was expected at each place, the state there, what follows
    scores         probability, rank, surprise, entropy; the whole distribution at a place; candidates ranked
    what_mattered  how a character's probability changes when an earlier one is left out or drawn anew
    context        bits a character when only the last k are known
    activations    hidden and cell vectors and gates, along a text or over a corpus
    properties     what a character is: position, vowel, inside quotes, …, any regular expression
    units          which units tell a property, by correlation
    matches        where in a corpus the same units are active in the same way
    pin            a unit held at a value, and what follows then
    between        from one prefix's state to another's
    learnt_from    the corpus that a model learnt from, where it is at hand
    novelty        new or remembered: nearest item, longest verbatim run
    tree           a generation with all its branches;  tree_file  on disk and as Markdown

Names are imported from these modules, which load nothing but what they need.
"""
