# bash completion for backurne: commands, options, clusters, profiles, images and snapshots.
# What exists is asked of backurne itself, so it follows --config.

_backurne() {
  COMPREPLY=()
  local command=${1/#\~/$HOME} index word rest=$COMP_LINE
  local -a words=() ask=()

  # Bash cuts words at characters like : and = that names may contain. What had no blank between is one word.
  for ((index = 0; index <= COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    if ((index == 0)) || [[ $rest == [[:blank:]]* ]]; then
      rest=${rest#"${rest%%[![:blank:]]*}"}
      words+=("$word")
    else
      words[-1]+=$word
    fi
    rest=${rest#"$word"}
  done

  local current=${words[-1]} previous= verb= sub= more=
  ((${#words[@]} > 1)) && previous=${words[-2]}
  if [[ $current == --*=* ]]; then
    previous=${current%%=*}
    current=${current#*=}
  fi
  for ((index = 1; index < ${#words[@]} - 1; index++)); do
    word=${words[index]}
    case $word in
      --config=*) ask=(--config "${word#*=}") ;;
      --config) ask=(--config "${words[index + 1]}") && ((index++)) ;;
      --cluster | --vmid | --profile | --log-level | --accept-removals | --sample | --to | --state-dir | --textfile) ((index++)) ;;
      --until | --reason | --with | --for | --scope | --name) ((index++)) ;;
      -*) ;;
      *) if [[ -z $verb ]]; then verb=$word; elif [[ -z $sub ]]; then sub=$word; else more=$word; fi ;;
    esac
  done

  # What stands there so far, without its quotes.
  local quote= typed=${current//\\/}
  if [[ $current == [\'\"]* ]]; then
    quote=${current:0:1}
    typed=${current:1}
  fi

  local everywhere="--config --debug --log-level --json --help"
  local restore="--to --dry-run"
  local run="--cluster --vmid --profile --force --no-cleanup --cleanup --take-over --accept-removals --uuid"
  local -a found=()
  case $previous in
    --config | --state-dir | --textfile) _backurne_files; return ;;
    --log-level) found=(trace debug info warn error silent) ;;
    --cluster) mapfile -t found < <("$command" __complete clusters "${ask[@]}" 2>/dev/null) ;;
    --profile) mapfile -t found < <("$command" __complete profiles "${ask[@]}" 2>/dev/null) ;;
    --to) mapfile -t found < <("$command" __complete places "${ask[@]}" 2>/dev/null) && compopt -o nospace 2>/dev/null ;;
    --vmid | --accept-removals | --until | --reason | --with | --name) return ;;
    --for) found=(1h 8h 2d) ;;
    --scope) found=(read explore map backup admin) ;;
    --sample) found=(1/7 1/30) ;;
    *)
      case $verb:$typed in
        backup:-*) found=($run --dry-run $everywhere) ;;
        plan:-*) found=($run $everywhere) ;;
        restore:-*) found=($restore $everywhere) ;;
        map:-*) found=(--with --for --uuid $everywhere) ;;
        list-mapped:-*) found=(--uuid $everywhere) ;;
        explain:-* | ls:-* | stats:-*) found=(--uuid $everywhere) ;;
        verify:-*) found=(--cluster --sample --full --uuid $everywhere) ;;
        check-snap:-*) found=(--cluster --uuid $everywhere) ;;
        doctor:-*) found=(--fix --yes $everywhere) ;;
        check:-*) found=(--state-dir $everywhere) ;;
        hold:-*) found=(--until --reason $everywhere) ;;
        release:-*) found=(--all $everywhere) ;;
        retention:-*) found=(--cluster --dry-run --uuid $everywhere) ;;
        trash:-*) found=(--all --yes --uuid $everywhere) ;;
        metrics:-*) found=(--textfile $everywhere) ;;
        token:-*) found=(--scope --name $everywhere) ;;
        *:-*) found=($everywhere) ;;
        :*)
          found=(backup plan explain ls restore map unmap list-mapped stats verify check-snap hold release)
          found+=(retention forget trash precheck check doctor metrics serve mapper token config version completion)
          ;;
        backup:* | plan:*) [[ $previous == --take-over ]] && found=(prove) ;;
        explain:* | ls:* | verify:* | check-snap:* | forget:*)
          [[ -n $sub ]] && return
          mapfile -t found < <("$command" __complete images "$typed" "${ask[@]}" 2>/dev/null)
          ;;
        unmap:*)
          [[ -n $sub ]] && return
          mapfile -t found < <("$command" __complete mapped "${ask[@]}" 2>/dev/null)
          ;;
        hold:* | release:* | restore:* | map:*)
          if [[ -n $more ]]; then
            [[ $verb == map ]] && found=(all)
          else
            local -a about=(images "$typed")
            [[ -n $sub ]] && about=(snapshots "$(_backurne_plain "$sub")" "$typed")
            mapfile -t found < <("$command" __complete "${about[@]}" "${ask[@]}" 2>/dev/null)
          fi
          ;;
        retention:*)
          [[ -n $more ]] && return
          if [[ -z $sub ]]; then found=(apply); else
            mapfile -t found < <("$command" __complete images "$typed" "${ask[@]}" 2>/dev/null)
          fi
          ;;
        trash:*)
          case $sub in
            "") found=(ls restore empty) ;;
            restore) mapfile -t found < <("$command" __complete trash "$typed" "${ask[@]}" 2>/dev/null) ;;
          esac
          ;;
        token:*) [[ -z $sub ]] && found=(create ls revoke) ;;
        config:*)
          case $sub in
            "") found=(check example convert schema) ;;
            check | convert) _backurne_files; return ;;
          esac
          ;;
        completion:*) [[ -z $sub ]] && found=(bash zsh) ;;
      esac
      ;;
  esac

  # Readline replaces only what follows the last break of its own.
  local kept=
  if [[ -z $quote && $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
    kept=${current%"${current##*:}"}
  fi
  local candidate quoted
  for candidate in "${found[@]}"; do
    [[ $candidate == "$typed"* ]] || continue
    if [[ -n $quote ]]; then
      [[ $candidate == *"$quote"* ]] || COMPREPLY+=("$candidate")
    else
      printf -v quoted %q "$candidate"
      COMPREPLY+=("${quoted#"$kept"}")
    fi
  done
}

# A word of the command line without its quotes.
_backurne_plain() {
  case $1 in
    [\'\"]*) set -- "${1:1}" "${1:0:1}" && printf %s "${1%"$2"}" ;;
    *) printf %s "${1//\\/}" ;;
  esac
}

_backurne_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$typed")
}

complete -F _backurne backurne
