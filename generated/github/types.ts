// Generated from skills/github by "skillett build". Do not edit.

/**
 * Parameters of github add_labels.
 */
export interface GithubAddLabelsInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Number of the issue or pull request
   */
  issue_number: number
  /**
   * Names of the labels to add, spelled as list_labels_for_repo shows them
   *
   * @minItems 1
   * @maxItems 100
   */
  labels: string[]
}

/**
 * Answer of github add_labels.
 */
export type GithubAddLabelsOutput = {
  id: number
  name: string
  /**
   * Six hexadecimal digits, no #
   */
  color: string
  description?: (string | null)
  [k: string]: unknown
}[]

/**
 * Parameters of github create_issue.
 */
export interface GithubCreateIssueInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * One line that says what is wrong or wanted
   */
  title: string
  /**
   * The text, in GitHub's markdown. @login notifies that person; #7 links to issue 7
   */
  body?: string
  /**
   * Names of labels. Somebody without push access gets none of them set, without an error
   *
   * @maxItems 100
   */
  labels?: string[]
  /**
   * Logins of those who should work on it. Only people who may be assigned in this repository
   *
   * @maxItems 10
   */
  assignees?: string[]
  /**
   * Number of the milestone (not its title). Needs push access
   */
  milestone?: number
  /**
   * Name of an issue type of the organization. Leave it out in repositories of a person
   */
  type?: string
}

/**
 * Answer of github create_issue.
 */
export interface GithubCreateIssueOutput {
  id: number
  /**
   * What every other issue endpoint takes as issue_number
   */
  number: number
  title: string
  state: string
  /**
   * The page to show to the user
   */
  html_url: string
  labels?: unknown[]
  created_at?: string
  [k: string]: unknown
}

/**
 * Parameters of github create_issue_comment.
 */
export interface GithubCreateIssueCommentInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Number of the issue or pull request
   */
  issue_number: number
  /**
   * The comment, in GitHub's markdown. @login notifies that person
   */
  body: string
}

/**
 * Answer of github create_issue_comment.
 */
export interface GithubCreateIssueCommentOutput {
  id: number
  /**
   * The page to show to the user
   */
  html_url: string
  body?: string
  created_at: string
  [k: string]: unknown
}

/**
 * Parameters of github get_issue.
 */
export interface GithubGetIssueInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * The number after # on the page; not the id
   */
  issue_number: number
}

/**
 * Answer of github get_issue.
 */
export interface GithubGetIssueOutput {
  id: number
  number: number
  title: string
  /**
   * open or closed
   */
  state: string
  /**
   * Why it was closed or opened again
   */
  state_reason?: (string | null)
  html_url: string
  /**
   * Markdown; null when empty
   */
  body?: (string | null)
  /**
   * Who opened it; null when the account is gone
   */
  user?: ({
    [k: string]: unknown
  } | null)
  labels?: unknown[]
  assignees?: unknown[]
  /**
   * How many; read them with list_issue_comments
   */
  comments?: number
  locked?: boolean
  created_at?: string
  updated_at?: string
  closed_at?: (string | null)
  /**
   * Only there when the number is a pull request
   */
  pull_request?: {
    [k: string]: unknown
  }
  [k: string]: unknown
}

/**
 * Parameters of github list_issue_comments.
 */
export interface GithubListIssueCommentsInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Number of the issue or pull request
   */
  issue_number: number
  /**
   * Only comments written or edited at or after this moment
   */
  since?: string
  /**
   * Comments a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_issue_comments.
 */
export type GithubListIssueCommentsOutput = {
  id: number
  html_url: string
  body?: string
  /**
   * Who wrote it; null when the account is gone
   */
  user?: ({
    [k: string]: unknown
  } | null)
  /**
   * OWNER, MEMBER, COLLABORATOR, CONTRIBUTOR, NONE and others
   */
  author_association?: string
  created_at: string
  updated_at: string
  [k: string]: unknown
}[]

/**
 * Parameters of github list_issues_for_repo.
 */
export interface GithubListIssuesForRepoInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Which issues to list
   */
  state?: ("open" | "closed" | "all")
  /**
   * Only issues that have all of these labels
   *
   * @minItems 1
   */
  labels?: string[]
  /**
   * A login, none for issues nobody works on, or * for issues somebody works on
   */
  assignee?: string
  /**
   * Login of the one who opened the issue
   */
  creator?: string
  /**
   * Login of somebody named with @ in it
   */
  mentioned?: string
  /**
   * Number of a milestone, none, or * for any
   */
  milestone?: string
  /**
   * Name of an issue type, none, or * for any
   */
  type?: string
  /**
   * Only issues changed at or after this moment (changed, not opened)
   */
  since?: string
  /**
   * What to order by
   */
  sort?: ("created" | "updated" | "comments")
  /**
   * desc: newest or most first
   */
  direction?: ("asc" | "desc")
  /**
   * Items a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_issues_for_repo.
 */
export type GithubListIssuesForRepoOutput = {
  id: number
  number: number
  title: string
  /**
   * open or closed
   */
  state: string
  html_url: string
  body?: (string | null)
  /**
   * How many comments there are
   */
  comments?: number
  labels?: unknown[]
  created_at?: string
  updated_at?: string
  /**
   * Only there when the item is a pull request
   */
  pull_request?: {
    [k: string]: unknown
  }
  [k: string]: unknown
}[]

/**
 * Parameters of github list_labels_for_repo.
 */
export interface GithubListLabelsForRepoInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Labels a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_labels_for_repo.
 */
export type GithubListLabelsForRepoOutput = {
  id: number
  /**
   * Use it exactly so
   */
  name: string
  /**
   * Six hexadecimal digits, no #
   */
  color: string
  /**
   * What the maintainers mean by it
   */
  description?: (string | null)
  /**
   * true: GitHub gave it to the repository at its start
   */
  default?: boolean
  [k: string]: unknown
}[]

/**
 * Parameters of github lock_issue.
 */
export interface GithubLockIssueInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Number of the issue or pull request
   */
  issue_number: number
  /**
   * Shown below the discussion; note the space in too heated
   */
  lock_reason?: ("off-topic" | "too heated" | "resolved" | "spam")
}

/**
 * Parameters of github remove_label.
 */
export interface GithubRemoveLabelInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Number of the issue or pull request
   */
  issue_number: number
  /**
   * Name of the label, as it stands on the issue
   */
  name: string
}

/**
 * Answer of github remove_label.
 */
export type GithubRemoveLabelOutput = {
  id: number
  name: string
  color: string
  description?: (string | null)
  [k: string]: unknown
}[]

/**
 * Parameters of github update_issue.
 */
export interface GithubUpdateIssueInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * The number after # on the page
   */
  issue_number: number
  /**
   * The new title
   */
  title?: string
  /**
   * The whole new text; it replaces the old one
   */
  body?: string
  /**
   * closed closes, open reopens
   */
  state?: ("open" | "closed")
  /**
   * Why. Only counts when state changes in the same call; reopened goes with state open, the others with closed
   */
  state_reason?: ("completed" | "not_planned" | "duplicate" | "reopened")
  /**
   * With state_reason duplicate: the id (not the number) of the issue that stays
   */
  duplicate_issue_id?: number
  /**
   * All labels the issue shall have from now on; an empty list removes every label. To add or remove one use add_labels or remove_label
   *
   * @maxItems 100
   */
  labels?: string[]
  /**
   * Logins of all who shall be assigned from now on; an empty list removes everybody
   *
   * @maxItems 10
   */
  assignees?: string[]
  /**
   * Number of the milestone; null takes it off
   */
  milestone?: (number | null)
  /**
   * Name of an issue type of the organization; null takes it off
   */
  type?: (string | null)
}

/**
 * Answer of github update_issue.
 */
export interface GithubUpdateIssueOutput {
  id: number
  number: number
  title: string
  /**
   * open or closed
   */
  state: string
  state_reason?: (string | null)
  html_url: string
  body?: (string | null)
  labels?: unknown[]
  assignees?: unknown[]
  updated_at?: string
  closed_at?: (string | null)
  [k: string]: unknown
}

/**
 * Parameters of github create_pull.
 */
export interface GithubCreatePullInput {
  /**
   * The repository that shall receive the changes, as owner/name
   */
  repo: string
  /**
   * One line that says what changes
   */
  title: string
  /**
   * The branch with the changes; user:branch when it lies in a fork
   */
  head: string
  /**
   * The branch to merge into, mostly default_branch of get_repo
   */
  base: string
  /**
   * What and why, in markdown. Fixes #7 closes issue 7 on merge
   */
  body?: string
  /**
   * true: not ready for review yet
   */
  draft?: boolean
  /**
   * From a fork: may the maintainers push to the branch?
   */
  maintainer_can_modify?: boolean
  /**
   * The repository of head as owner/name; only needed when both repositories belong to one organization
   */
  head_repo?: string
}

/**
 * Answer of github create_pull.
 */
export interface GithubCreatePullOutput {
  id: number
  /**
   * What the other endpoints take as pull_number, and as issue_number
   */
  number: number
  title: string
  state: string
  draft?: boolean
  /**
   * The page to show to the user
   */
  html_url: string
  /**
   * ref is the branch, sha its last commit
   */
  head?: {
    [k: string]: unknown
  }
  base?: {
    [k: string]: unknown
  }
  [k: string]: unknown
}

/**
 * Parameters of github create_review.
 */
export interface GithubCreateReviewInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * The number after # on the page
   */
  pull_number: number
  /**
   * The verdict. Left out, the review stays a draft that only the connected user sees
   */
  event?: ("APPROVE" | "REQUEST_CHANGES" | "COMMENT")
  /**
   * The summary, in markdown. GitHub wants one for REQUEST_CHANGES and COMMENT
   */
  body?: string
  /**
   * head.sha of what was read; without it the newest commit
   */
  commit_id?: string
  /**
   * Remarks on lines. Each needs path, body and either line (better) or position
   *
   * @minItems 1
   */
  comments?: {
    /**
     * filename from list_pull_files
     */
    path: string
    /**
     * The remark, in markdown
     */
    body: string
    /**
     * Line in the file; it must be part of the diff
     */
    line?: number
    /**
     * RIGHT: the new text (usual). LEFT: the old one, for removed lines
     */
    side?: ("LEFT" | "RIGHT")
    /**
     * First line, when the remark covers several; line is then the last
     */
    start_line?: number
    /**
     * Side of start_line
     */
    start_side?: ("LEFT" | "RIGHT")
    /**
     * Instead of line: lines down from the file's first @@
     */
    position?: number
  }[]
}

/**
 * Answer of github create_review.
 */
export interface GithubCreateReviewOutput {
  id: number
  /**
   * APPROVED, CHANGES_REQUESTED, COMMENTED or PENDING
   */
  state: string
  /**
   * The page to show to the user
   */
  html_url: string
  body?: string
  commit_id?: (string | null)
  /**
   * Missing while it is a draft
   */
  submitted_at?: string
  [k: string]: unknown
}

/**
 * Parameters of github get_pull.
 */
export interface GithubGetPullInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * The number after # on the page
   */
  pull_number: number
}

/**
 * Answer of github get_pull.
 */
export interface GithubGetPullOutput {
  id: number
  number: number
  title: string
  state: ("open" | "closed")
  draft?: boolean
  html_url: string
  body?: (string | null)
  user?: ({
    [k: string]: unknown
  } | null)
  /**
   * ref is the branch, sha the commit that a review or a merge should name
   */
  head?: {
    [k: string]: unknown
  }
  base?: {
    [k: string]: unknown
  }
  merged: boolean
  /**
   * null: GitHub is still working it out, ask again
   */
  mergeable?: (boolean | null)
  /**
   * clean, blocked, behind, dirty (conflicts), unstable (checks fail), draft and others
   */
  mergeable_state?: string
  commits?: number
  additions?: number
  deletions?: number
  changed_files?: number
  /**
   * In the discussion
   */
  comments?: number
  /**
   * On lines of the diff
   */
  review_comments?: number
  [k: string]: unknown
}

/**
 * Parameters of github list_pull.
 */
export interface GithubListPullInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Merged ones count as closed
   */
  state?: ("open" | "closed" | "all")
  /**
   * Only this branch, with its owner: owner:branch
   */
  head?: string
  /**
   * Only those into this branch
   */
  base?: string
  /**
   * popularity: by comments. long-running: oldest first, only those older than a month with something new in the last one
   */
  sort?: ("created" | "updated" | "popularity" | "long-running")
  /**
   * Without it desc for created, asc for the other orders
   */
  direction?: ("asc" | "desc")
  /**
   * Items a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_pull.
 */
export type GithubListPullOutput = {
  id: number
  number: number
  title: string
  /**
   * open or closed
   */
  state: string
  draft?: boolean
  html_url: string
  user?: ({
    [k: string]: unknown
  } | null)
  /**
   * ref is the branch, sha its last commit
   */
  head?: {
    [k: string]: unknown
  }
  base?: {
    [k: string]: unknown
  }
  /**
   * null: not merged
   */
  merged_at?: (string | null)
  updated_at?: string
  [k: string]: unknown
}[]

/**
 * Parameters of github list_pull_files.
 */
export interface GithubListPullFilesInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * The number after # on the page
   */
  pull_number: number
  /**
   * Files a page; take fewer when the patches are large
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_pull_files.
 */
export type GithubListPullFilesOutput = {
  filename: string
  /**
   * Only there when it was renamed
   */
  previous_filename?: string
  status: ("added" | "removed" | "modified" | "renamed" | "copied" | "changed" | "unchanged")
  additions: number
  deletions: number
  changes: number
  /**
   * Of the file's content, not of a commit
   */
  sha?: (string | null)
  /**
   * Unified diff without the file header; missing for binary and very large files
   */
  patch?: string
  [k: string]: unknown
}[]

/**
 * Parameters of github list_reviews.
 */
export interface GithubListReviewsInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * The number after # on the page
   */
  pull_number: number
  /**
   * Reviews a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_reviews.
 */
export type GithubListReviewsOutput = {
  id: number
  /**
   * Who reviewed; null when the account is gone
   */
  user?: ({
    [k: string]: unknown
  } | null)
  /**
   * APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING
   */
  state: string
  /**
   * The summary, often empty
   */
  body?: string
  html_url: string
  /**
   * The commit that was looked at
   */
  commit_id?: (string | null)
  submitted_at?: string
  [k: string]: unknown
}[]

/**
 * Parameters of github merge_pull.
 */
export interface GithubMergePullInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * The number after # on the page
   */
  pull_number: number
  /**
   * head.sha from get_pull. Merge only if the branch still ends there; always give it
   */
  sha?: string
  /**
   * merge keeps all commits and adds one, squash makes one commit of all, rebase puts the commits on top. The repository may allow only some
   */
  merge_method?: ("merge" | "squash" | "rebase")
  /**
   * First line of the merge commit; not for rebase
   */
  commit_title?: string
  /**
   * The rest of the commit's message; not for rebase
   */
  commit_message?: string
}

/**
 * Answer of github merge_pull.
 */
export interface GithubMergePullOutput {
  merged: boolean
  /**
   * The commit that is now in the base branch
   */
  sha: string
  message: string
  [k: string]: unknown
}

/**
 * Parameters of github update_pull.
 */
export interface GithubUpdatePullInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * The number after # on the page
   */
  pull_number: number
  /**
   * The new title
   */
  title?: string
  /**
   * The whole new text; it replaces the old one
   */
  body?: string
  /**
   * closed closes without merging, open reopens
   */
  state?: ("open" | "closed")
  /**
   * Another branch of the same repository to merge into
   */
  base?: string
  /**
   * From a fork: may the maintainers push to the branch?
   */
  maintainer_can_modify?: boolean
}

/**
 * Answer of github update_pull.
 */
export interface GithubUpdatePullOutput {
  id: number
  number: number
  title: string
  state: ("open" | "closed")
  html_url: string
  body?: (string | null)
  base?: {
    [k: string]: unknown
  }
  updated_at?: string
  [k: string]: unknown
}

/**
 * Parameters of github get_file_contents.
 */
export interface GithubGetFileContentsInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * From the top of the repository, without a slash in front
   */
  path: string
  /**
   * Branch, tag or commit; without it the default branch
   */
  ref?: string
}

/**
 * Answer of github get_file_contents.
 */
export type GithubGetFileContentsOutput = ({
  /**
   * file, dir, symlink; a submodule is shown as file
   */
  type: string
  name: string
  path: string
  sha: string
  size?: number
  [k: string]: unknown
}[] | {
  /**
   * file, symlink or submodule
   */
  type: string
  name: string
  path: string
  /**
   * Of the content
   */
  sha: string
  /**
   * Bytes
   */
  size?: number
  /**
   * base64, or none when the file is too large for this call
   */
  encoding?: string
  /**
   * The content in that encoding, broken into lines
   */
  content?: string
  html_url?: (string | null)
  [k: string]: unknown
})

/**
 * Parameters of github get_repo.
 */
export interface GithubGetRepoInput {
  /**
   * The repository as owner/name; upper and lower case are the same
   */
  repo: string
}

/**
 * Answer of github get_repo.
 */
export interface GithubGetRepoOutput {
  id: number
  /**
   * owner/name as it is spelled today
   */
  full_name: string
  private: boolean
  description?: (string | null)
  html_url: string
  /**
   * Where pull requests go unless told otherwise
   */
  default_branch: string
  language?: (string | null)
  /**
   * true: read-only for everybody
   */
  archived?: boolean
  /**
   * false: issue endpoints answer 410
   */
  has_issues?: boolean
  /**
   * Open issues and open pull requests together
   */
  open_issues_count?: number
  stargazers_count?: number
  /**
   * What the connected user may do here
   */
  permissions?: {
    admin?: boolean
    push?: boolean
    pull?: boolean
    [k: string]: unknown
  }
  [k: string]: unknown
}

/**
 * Parameters of github list_branches.
 */
export interface GithubListBranchesInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * true: only protected branches. false: only unprotected ones. Left out: all
   */
  protected?: boolean
  /**
   * Branches a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_branches.
 */
export type GithubListBranchesOutput = {
  name: string
  commit: {
    sha: string
    [k: string]: unknown
  }
  /**
   * true: rules limit who may push or merge
   */
  protected?: boolean
  [k: string]: unknown
}[]

/**
 * Parameters of github list_commits.
 */
export interface GithubListCommitsInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Branch, tag or commit to start from; without it the default branch
   */
  sha?: string
  /**
   * Only commits that touch this file or folder
   */
  path?: string
  /**
   * Login or e-mail address of the one who wrote it
   */
  author?: string
  /**
   * Login or e-mail address of the one who committed it
   */
  committer?: string
  /**
   * Only commits after this moment
   */
  since?: string
  /**
   * Only commits before this moment
   */
  until?: string
  /**
   * Commits a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_commits.
 */
export type GithubListCommitsOutput = {
  sha: string
  html_url: string
  commit: {
    /**
     * First line is the subject
     */
    message: string
    /**
     * name, email and date as git has them
     */
    author?: ({
      [k: string]: unknown
    } | null)
    [k: string]: unknown
  }
  /**
   * The GitHub account; null when no account has the e-mail address
   */
  author?: ({
    [k: string]: unknown
  } | null)
  /**
   * Two or more: a merge
   */
  parents?: unknown[]
  [k: string]: unknown
}[]

/**
 * Parameters of github list_my_repos.
 */
export interface GithubListMyReposInput {
  /**
   * Which repositories
   */
  visibility?: ("all" | "public" | "private")
  /**
   * How the user belongs to them; all three when left out
   *
   * @minItems 1
   */
  affiliation?: ("owner" | "collaborator" | "organization_member")[]
  /**
   * pushed shows what is being worked on
   */
  sort?: ("created" | "updated" | "pushed" | "full_name")
  /**
   * Without it asc for full_name, desc for the dates
   */
  direction?: ("asc" | "desc")
  /**
   * Only those changed after this moment
   */
  since?: string
  /**
   * Only those changed before this moment
   */
  before?: string
  /**
   * Repositories a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_my_repos.
 */
export type GithubListMyReposOutput = {
  id: number
  /**
   * What other endpoints take as repo
   */
  full_name: string
  private: boolean
  fork?: boolean
  description?: (string | null)
  html_url: string
  default_branch?: string
  archived?: boolean
  pushed_at?: (string | null)
  /**
   * What the user may do: admin, push, pull
   */
  permissions?: {
    [k: string]: unknown
  }
  [k: string]: unknown
}[]

/**
 * Parameters of github list_repo_topics.
 */
export interface GithubListRepoTopicsInput {
  /**
   * The repository as owner/name
   */
  repo: string
  /**
   * Topics a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_repo_topics.
 */
export interface GithubListRepoTopicsOutput {
  names: string[]
  [k: string]: unknown
}

/**
 * Parameters of github star_repo.
 */
export interface GithubStarRepoInput {
  /**
   * The repository as owner/name
   */
  repo: string
}

/**
 * Parameters of github search_code.
 */
export interface GithubSearchCodeInput {
  /**
   * At least one word, then qualifiers: repo: org: user: language: path: filename: extension: in:file in:path
   */
  q: string
  /**
   * Items a page
   */
  per_page?: number
  /**
   * Which page, counted from 1; nothing beyond item 1,000
   */
  page?: number
}

/**
 * Answer of github search_code.
 */
export interface GithubSearchCodeOutput {
  total_count: number
  /**
   * true: GitHub ran out of time, matches may be missing
   */
  incomplete_results: boolean
  items: {
    name: string
    /**
     * What get_file_contents takes as path
     */
    path: string
    sha: string
    html_url: string
    /**
     * full_name is what get_file_contents takes as repo
     */
    repository: {
      [k: string]: unknown
    }
    [k: string]: unknown
  }[]
  [k: string]: unknown
}

/**
 * Parameters of github search_issues.
 */
export interface GithubSearchIssuesInput {
  /**
   * Words and qualifiers: repo: org: is:issue is:pr state: label: author: assignee: involves: created: updated: in:title. Always say is:issue or is:pr
   */
  q: string
  /**
   * What to order by. Leave it out to get the best match first
   */
  sort?: ("comments" | "reactions" | "reactions-+1" | "reactions--1" | "reactions-smile" | "reactions-thinking_face" | "reactions-heart" | "reactions-tada" | "interactions" | "created" | "updated")
  /**
   * Only counts together with sort
   */
  order?: ("desc" | "asc")
  /**
   * Search by meaning, or by meaning and words together; leave it out to search by words. Limited to 10 a minute
   */
  search_type?: ("semantic" | "hybrid")
  /**
   * Items a page
   */
  per_page?: number
  /**
   * Which page, counted from 1; nothing beyond item 1,000
   */
  page?: number
}

/**
 * Answer of github search_issues.
 */
export interface GithubSearchIssuesOutput {
  /**
   * All matches, also those that cannot be paged to
   */
  total_count: number
  /**
   * true: GitHub ran out of time, matches may be missing
   */
  incomplete_results: boolean
  items: {
    id: number
    number: number
    title: string
    state: string
    html_url: string
    /**
     * Ends in owner/name
     */
    repository_url?: string
    score?: number
    /**
     * Only there when the item is a pull request
     */
    pull_request?: {
      [k: string]: unknown
    }
    [k: string]: unknown
  }[]
  [k: string]: unknown
}

/**
 * Parameters of github search_repositories.
 */
export interface GithubSearchRepositoriesInput {
  /**
   * Words and qualifiers: user: org: language: topic: stars:>100 pushed:>2026-01-01 in:name in:readme archived:false fork:true is:private
   */
  q: string
  /**
   * What to order by. Leave it out to get the best match first
   */
  sort?: ("stars" | "forks" | "help-wanted-issues" | "updated")
  /**
   * Only counts together with sort
   */
  order?: ("desc" | "asc")
  /**
   * Items a page
   */
  per_page?: number
  /**
   * Which page, counted from 1; nothing beyond item 1,000
   */
  page?: number
}

/**
 * Answer of github search_repositories.
 */
export interface GithubSearchRepositoriesOutput {
  total_count: number
  /**
   * true: GitHub ran out of time, matches may be missing
   */
  incomplete_results: boolean
  items: {
    id: number
    /**
     * What other endpoints take as repo
     */
    full_name: string
    private: boolean
    html_url: string
    description?: (string | null)
    language?: (string | null)
    stargazers_count?: number
    archived?: boolean
    pushed_at?: (string | null)
    [k: string]: unknown
  }[]
  [k: string]: unknown
}

/**
 * Parameters of github search_users.
 */
export interface GithubSearchUsersInput {
  /**
   * Words and qualifiers: in:name in:login in:email type:user type:org location: language: followers:>100 repos:>10
   */
  q: string
  /**
   * What to order by. Leave it out to get the best match first
   */
  sort?: ("followers" | "repositories" | "joined")
  /**
   * Only counts together with sort
   */
  order?: ("desc" | "asc")
  /**
   * Items a page
   */
  per_page?: number
  /**
   * Which page, counted from 1; nothing beyond item 1,000
   */
  page?: number
}

/**
 * Answer of github search_users.
 */
export interface GithubSearchUsersOutput {
  total_count: number
  /**
   * true: GitHub ran out of time, matches may be missing
   */
  incomplete_results: boolean
  items: {
    login: string
    id: number
    html_url: string
    /**
     * User or Organization
     */
    type: string
    [k: string]: unknown
  }[]
  [k: string]: unknown
}

/**
 * Parameters of github get_me.
 */
export interface GithubGetMeInput {

}

/**
 * Answer of github get_me.
 */
export interface GithubGetMeOutput {
  /**
   * The name to use in filters, mentions and searches
   */
  login: string
  /**
   * Stays the same when the login changes
   */
  id: number
  name?: (string | null)
  /**
   * null unless the user made it public
   */
  email?: (string | null)
  html_url: string
  type: string
  public_repos?: number
  [k: string]: unknown
}

/**
 * Parameters of github get_user.
 */
export interface GithubGetUserInput {
  /**
   * The login, without @
   */
  username: string
}

/**
 * Answer of github get_user.
 */
export interface GithubGetUserOutput {
  login: string
  id: number
  /**
   * User, Organization or Bot
   */
  type: string
  name?: (string | null)
  company?: (string | null)
  /**
   * Only when it is public
   */
  email?: (string | null)
  bio?: (string | null)
  html_url: string
  public_repos?: number
  followers?: number
  created_at?: string
  [k: string]: unknown
}

/**
 * Parameters of github list_followers.
 */
export interface GithubListFollowersInput {
  /**
   * The login, without @
   */
  username: string
  /**
   * Accounts a page
   */
  per_page?: number
  /**
   * Which page, counted from 1
   */
  page?: number
}

/**
 * Answer of github list_followers.
 */
export type GithubListFollowersOutput = {
  login: string
  id: number
  html_url: string
  type: string
  [k: string]: unknown
}[]
